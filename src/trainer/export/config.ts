// config.json of the Hugging Face class that computes what a model computes.
import { headSize, type ModelOptions, turnedSize } from '../model-options.ts';
import { NORM_EPS } from '../ops.ts';

const ACTIVATIONS = { 'gelu-tanh': 'gelu_new', gelu: 'gelu', swiglu: 'silu' } as const;

/** A share of the head that, multiplied with its size and cut, gives `turned` again whatever floats do. */
function rotaryShare(turned: number, size: number): number {
  const share = turned / size;
  return Math.floor(size * share) === turned ? share : share + Number.EPSILON;
}

/** The fields of config.json; `endOfDocument` is the number of the token that begins and ends documents. */
export function huggingFaceConfig(options: ModelOptions, vocabulary: number, endOfDocument: number): object {
  const { architecture, layers, width, heads, context, tied, activation, residual, rotaryBase } = options;
  const shared = {
    vocab_size: vocabulary,
    bos_token_id: endOfDocument,
    eos_token_id: endOfDocument,
    tie_word_embeddings: tied,
    initializer_range: 0.02,
    use_cache: true,
    torch_dtype: 'float32',
  };
  if (architecture === 'gpt2') {
    return {
      architectures: ['GPT2LMHeadModel'],
      model_type: 'gpt2',
      n_layer: layers,
      n_embd: width,
      n_head: heads,
      n_positions: context,
      n_inner: 4 * width,
      activation_function: ACTIVATIONS[activation],
      layer_norm_epsilon: NORM_EPS,
      attn_pdrop: 0,
      embd_pdrop: 0,
      resid_pdrop: 0,
      ...shared,
    };
  }
  const sizes = {
    hidden_size: width,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    intermediate_size: 4 * width,
    max_position_embeddings: context,
    hidden_act: ACTIVATIONS[activation],
    layer_norm_eps: NORM_EPS,
    attention_dropout: 0,
  };
  if (architecture === 'gpt-neox') {
    const share = rotaryShare(turnedSize(options), headSize(options));
    return {
      architectures: ['GPTNeoXForCausalLM'],
      model_type: 'gpt_neox',
      ...sizes,
      rotary_pct: share,
      rotary_emb_base: rotaryBase,
      use_parallel_residual: residual === 'parallel',
      attention_bias: true,
      hidden_dropout: 0,
      ...shared,
    };
  }
  return {
    architectures: ['CohereForCausalLM'],
    model_type: 'cohere',
    ...sizes,
    hidden_size: 2 * width,
    head_dim: headSize(options),
    num_key_value_heads: 1,
    rope_theta: rotaryBase,
    logit_scale: 0.5,
    attention_bias: false,
    use_qk_norm: false,
    pad_token_id: endOfDocument,
    ...shared,
  };
}
