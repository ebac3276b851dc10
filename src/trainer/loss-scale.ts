// Loss scaling for backends that compute in half precision (Micikevicius et al. 2018).

/** `auto`: dynamic where the backend has 16-bit floats, else none. A number: that scale, never changed. */
export type LossScaleOption = 'auto' | 'none' | number;

/** 2^15: the largest power of two that a half-precision loss of 1 survives. */
const FIRST = 2 ** 15;
const MOST = 2 ** 24;
/** Steps without an overflow after which the scale doubles. */
const PATIENCE = 2000;

/**
 * The factor that the loss is multiplied by before its gradient is taken, so that small gradients do not vanish in 16
 * bits. Powers of two only: taking the factor off again changes no digit. A gradient that overflows halves the factor and
 * the step is left out; PATIENCE good steps double it.
 */
export class LossScale {
  readonly #changes: 'dynamic' | 'fixed';
  #scale: number;
  #good = 0;

  constructor(option: LossScaleOption, precision: 16 | 32) {
    this.#changes = option === 'auto' && precision === 16 ? 'dynamic' : 'fixed';
    this.#scale = typeof option === 'number' ? option : this.#changes === 'dynamic' ? FIRST : 1;
  }

  /** A power of two, or the number that was asked for. */
  get scale(): number {
    return this.#scale;
  }

  /** Takes note of a step's gradient norm; `skip` when it overflowed only because of the scale, so that nothing is applied. */
  after(norm: number): 'apply' | 'skip' {
    if (this.#changes === 'fixed') return 'apply';
    if (Number.isFinite(norm)) {
      this.#good++;
      if (this.#good % PATIENCE === 0) this.#scale = Math.min(MOST, this.#scale * 2);
      return 'apply';
    }
    this.#good = 0;
    // At 1 it is no longer the scale's fault: training has diverged, and whoever watches it must see that.
    if (this.#scale === 1) return 'apply';
    this.#scale /= 2;
    return 'skip';
  }
}
