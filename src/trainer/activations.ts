// The nonlinear functions of the models' MLPs, each number by itself, with their gradients.
import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from './ops.ts';

const GELU_LINEAR = 2 * Math.sqrt(2 / Math.PI);
const GELU_CUBIC = GELU_LINEAR * 0.044715;

/** GELU, tanh form (Hendrycks and Gimpel 2016): x · σ(ax + bx³), with the logistic function, which every backend computes fast. */
export function gelu(x: tf.Tensor): tf.Tensor {
  const gate = (of: tf.Tensor) => tf.sigmoid(tf.mul(of, tf.add(tf.mul(tf.square(of), GELU_CUBIC), GELU_LINEAR)));
  return differentiable(
    [x],
    () => ({ value: tf.mul(x, gate(x)), saved: [x] }),
    (dy, saved) =>
      saved.map((input) => {
        const open = gate(input);
        const slope = tf.mul(input, tf.add(tf.mul(tf.square(input), 3 * GELU_CUBIC), GELU_LINEAR));
        return tf.mul(dy, tf.mul(open, tf.add(tf.mul(slope, tf.sub(1, open)), 1)));
      }),
  );
}

/** Abramowitz and Stegun 1964, 7.1.26: erf to 1.5e-7, with operations that every backend has. */
function erf(x: tf.Tensor): tf.Tensor {
  const t = tf.div(1, tf.add(tf.mul(tf.abs(x), 0.3275911), 1));
  const coefficients = [-1.453152027, 1.421413741, -0.284496736, 0.254829592];
  const polynomial = coefficients.reduce<tf.Tensor>(
    (sum, coefficient) => tf.add(tf.mul(sum, t), coefficient),
    tf.fill([1], 1.061405429),
  );
  return tf.mul(tf.sign(x), tf.sub(1, tf.mul(tf.mul(polynomial, t), tf.exp(tf.neg(tf.square(x))))));
}

/** GELU as it is defined: x · Φ(x), Φ the normal distribution's. Slower than its tanh form by an exponential a number. */
export function exactGelu(x: tf.Tensor): tf.Tensor {
  const below = (of: tf.Tensor) => tf.mul(tf.add(erf(tf.mul(of, Math.SQRT1_2)), 1), 0.5); // Φ
  return differentiable(
    [x],
    () => ({ value: tf.mul(x, below(x)), saved: [x] }),
    (dy, saved) =>
      saved.map((input) => {
        const density = tf.mul(tf.exp(tf.mul(tf.square(input), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return tf.mul(dy, tf.add(below(input), tf.mul(input, density)));
      }),
  );
}

/** SiLU(gate) · up, both (M, F) → (M, F) (Shazeer 2020: the gated half of SwiGLU). */
export function swiglu(gate: tf.Tensor, up: tf.Tensor): tf.Tensor {
  return differentiable(
    [gate, up],
    () => ({ value: tf.mul(tf.mul(gate, tf.sigmoid(gate)), up), saved: [gate, up] }),
    (dy, [g = gate, u = up]) => {
      const open = tf.sigmoid(g);
      const silu = tf.mul(g, open);
      const slope = tf.add(open, tf.mul(silu, tf.sub(1, open)));
      return [tf.mul(tf.mul(dy, u), slope), tf.mul(dy, silu)];
    },
  );
}
