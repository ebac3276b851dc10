// Mean cross-entropy of rows of logits and its gradient, one row at a time.
import { exp4, max4, sum4 } from './exp';

let columns: i32 = 0;
let capacity: i32 = 0;
let start: usize = 0;
let end: usize = 0;

/** Rows of `width` numbers, padded to 4; one is given at a time. */
export function configure(width: i32): void {
  columns = width;
  capacity = (width + 3) & ~3;
  start = (__heap_base + 15) & ~15;
  end = start + ((<usize>capacity) << 2);
  const pages = <i32>((end + 0xffff) >>> 16);
  if (pages > memory.size()) memory.grow(pages - memory.size());
}

export function rowAt(): usize {
  return start;
}

/** Turns the row into its softmax, and returns the cross-entropy of `target` in nats. */
export function softmax(target: i32): f32 {
  for (let i = columns; i < capacity; i++) store<f32>(start + ((<usize>i) << 2), -f32.MAX_VALUE);
  const wanted = load<f32>(start + ((<usize>target) << 2));
  let highest = f32x4.splat(-f32.MAX_VALUE);
  // Not pmax: a NaN must come through, or a diverged model would look well.
  for (let p = start; p < end; p += 16) highest = f32x4.max(highest, v128.load(p));
  const most = max4(highest);
  const by = f32x4.splat(most);
  let total = f32x4.splat(0);
  for (let p = start; p < end; p += 16) {
    const share = exp4(f32x4.sub(v128.load(p), by));
    v128.store(p, share);
    total = f32x4.add(total, share);
  }
  const sum = sum4(total);
  const per = f32x4.splat(<f32>1.0 / sum);
  for (let p = start; p < end; p += 16) v128.store(p, f32x4.mul(v128.load(p), per));
  if (most != most) return most;
  return Mathf.log(sum) + most - wanted;
}

/** After `softmax`: softmax · scale − one at the target. */
export function gradient(target: i32, scale: f32, one: f32): void {
  const by = f32x4.splat(scale);
  for (let p = start; p < end; p += 16) v128.store(p, f32x4.mul(v128.load(p), by));
  const wanted = start + ((<usize>target) << 2);
  store<f32>(wanted, load<f32>(wanted) - one);
}
