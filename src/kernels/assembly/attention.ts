// Causal self-attention of one sequence, forward and backward, row by row: no matrix of scores is ever kept.
import { exp4, max4, sum4 } from './exp';

// Layout after the module's own data, all f32, set up by `configure`. Row lengths are multiples of 16 numbers.
let base: usize = 0;
let length: i32 = 0;
let heads: i32 = 0;
let size: i32 = 0;
let turned: i32 = 0;
/** Numbers in a padded head vector, and in a padded row of scores. */
let width: i32 = 0;
let span: i32 = 0;
let scale: f32 = 0;

let input: usize = 0; // (T, 3D)
let outer: usize = 0; // (T, D): the output, or the gradient of it
let gradient: usize = 0; // (T, 3D)
let cosines: usize = 0; // (T, turned / 2)
let sines: usize = 0;
let starts: usize = 0; // (T), i32: the first key of each query
let q: usize = 0; // (T, width), turned
let k: usize = 0;
let v: usize = 0;
let kt: usize = 0; // (width, span)
let vt: usize = 0;
let dk: usize = 0; // (T, width)
let dv: usize = 0;
let row: usize = 0; // (width) of one query, or its gradient
let scores: usize = 0; // (span)
let dScores: usize = 0;

export function configure(sequence: i32, headCount: i32, headSize: i32, turnedSize: i32): void {
  length = sequence;
  heads = headCount;
  size = headSize;
  turned = turnedSize;
  width = (headSize + 15) & ~15;
  span = (sequence + 15) & ~15;
  scale = 1.0 / Mathf.sqrt(<f32>headSize);
  const columns = heads * size;
  let at = (__heap_base + 15) & ~15;
  input = at;
  at += (<usize>(3 * columns * length)) << 2;
  outer = at;
  at += (<usize>(columns * length)) << 2;
  gradient = at;
  at += (<usize>(3 * columns * length)) << 2;
  cosines = at;
  at += (<usize>(length * (turned >> 1))) << 2;
  sines = at;
  at += (<usize>(length * (turned >> 1))) << 2;
  starts = at;
  at += (<usize>length) << 2;
  at = (at + 15) & ~15;
  const rows = (<usize>(length * width)) << 2;
  const columnsOfRows = (<usize>(width * span)) << 2;
  q = at;
  k = q + rows;
  v = k + rows;
  dk = v + rows;
  dv = dk + rows;
  kt = dv + rows;
  vt = kt + columnsOfRows;
  row = vt + columnsOfRows;
  scores = row + ((<usize>width) << 2);
  dScores = scores + ((<usize>span) << 2);
  base = dScores + ((<usize>span) << 2);
  const pages = <i32>((base + 0xffff) >>> 16);
  if (pages > memory.size()) memory.grow(pages - memory.size());
  // The padding of rows stays zero: nothing but the first `size` numbers is ever written.
  memory.fill(q, 0, base - q);
}

export function inputAt(): usize {
  return input;
}
export function outerAt(): usize {
  return outer;
}
export function gradientAt(): usize {
  return gradient;
}
export function cosinesAt(): usize {
  return cosines;
}
export function sinesAt(): usize {
  return sines;
}

export function startsAt(): usize {
  return starts;
}

/** Copies one head's vectors from `from` (T, 3D) and turns the first numbers of queries and keys by their position. */
function readHead(head: i32): void {
  const columns = 3 * heads * size;
  const half = turned >> 1;
  for (let t = 0; t < length; t++) {
    const at = input + ((<usize>(t * columns + head * 3 * size)) << 2);
    const to = (<usize>(t * width)) << 2;
    memory.copy(q + to, at, (<usize>size) << 2);
    memory.copy(k + to, at + ((<usize>size) << 2), (<usize>size) << 2);
    memory.copy(v + to, at + ((<usize>(2 * size)) << 2), (<usize>size) << 2);
    turn(q + to, t, half, 1);
    turn(k + to, t, half, 1);
  }
  for (let t = 0; t < length; t++) {
    for (let e = 0; e < size; e++) {
      const from = (<usize>(t * width + e)) << 2;
      const to = (<usize>(e * span + t)) << 2;
      store<f32>(kt + to, load<f32>(k + from));
      store<f32>(vt + to, load<f32>(v + from));
    }
  }
}

function turn(vector: usize, t: i32, half: i32, direction: f32): void {
  for (let i = 0; i < half; i++) {
    const table = (<usize>(t * half + i)) << 2;
    const c = load<f32>(cosines + table);
    const s = load<f32>(sines + table) * direction;
    const first = vector + ((<usize>i) << 2);
    const second = vector + ((<usize>(i + half)) << 2);
    const x = load<f32>(first);
    const y = load<f32>(second);
    store<f32>(first, x * c - y * s);
    store<f32>(second, y * c + x * s);
  }
}

/** out[j] = Σ_e vector[e] · columns[e][j] for j < count, rounded up to 16. */
function dots(vector: usize, columns: usize, count: i32, out: usize): void {
  const stride = (<usize>span) << 2;
  for (let j = 0; j < count; j += 16) {
    const at = (<usize>j) << 2;
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let column = columns + at;
    for (let e = 0; e < size; e++) {
      const x = v128.load_splat<f32>(vector + ((<usize>e) << 2));
      s0 = f32x4.add(s0, f32x4.mul(x, v128.load(column)));
      s1 = f32x4.add(s1, f32x4.mul(x, v128.load(column, 16)));
      s2 = f32x4.add(s2, f32x4.mul(x, v128.load(column, 32)));
      s3 = f32x4.add(s3, f32x4.mul(x, v128.load(column, 48)));
      column += stride;
    }
    v128.store(out + at, s0);
    v128.store(out + at, s1, 16);
    v128.store(out + at, s2, 32);
    v128.store(out + at, s3, 48);
  }
}

/** out[e] = Σ_j shares[j] · rows[j][e] for j < count. */
function combine(shares: usize, rows: usize, count: i32, out: usize): void {
  const stride = (<usize>width) << 2;
  for (let e = 0; e < width; e += 16) {
    const at = (<usize>e) << 2;
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let from = rows + at;
    for (let j = 0; j < count; j++) {
      const x = v128.load_splat<f32>(shares + ((<usize>j) << 2));
      s0 = f32x4.add(s0, f32x4.mul(x, v128.load(from)));
      s1 = f32x4.add(s1, f32x4.mul(x, v128.load(from, 16)));
      s2 = f32x4.add(s2, f32x4.mul(x, v128.load(from, 32)));
      s3 = f32x4.add(s3, f32x4.mul(x, v128.load(from, 48)));
      from += stride;
    }
    v128.store(out + at, s0);
    v128.store(out + at, s1, 16);
    v128.store(out + at, s2, 32);
    v128.store(out + at, s3, 48);
  }
}

/** rows[j] += shares[j] · vector for j < count. */
function spread(shares: usize, vector: usize, count: i32, rows: usize): void {
  const stride = (<usize>width) << 2;
  for (let e = 0; e < width; e += 16) {
    const at = (<usize>e) << 2;
    const x0 = v128.load(vector + at);
    const x1 = v128.load(vector + at, 16);
    const x2 = v128.load(vector + at, 32);
    const x3 = v128.load(vector + at, 48);
    let to = rows + at;
    for (let j = 0; j < count; j++) {
      const share = v128.load_splat<f32>(shares + ((<usize>j) << 2));
      v128.store(to, f32x4.add(v128.load(to), f32x4.mul(share, x0)));
      v128.store(to, f32x4.add(v128.load(to, 16), f32x4.mul(share, x1)), 16);
      v128.store(to, f32x4.add(v128.load(to, 32), f32x4.mul(share, x2)), 32);
      v128.store(to, f32x4.add(v128.load(to, 48), f32x4.mul(share, x3)), 48);
      to += stride;
    }
  }
}

/** Shares of the keys starts[t] … t for query t, in `scores`; 0 for the others. */
function softmaxRow(t: i32): void {
  const count = t + 1;
  dots(q + ((<usize>(t * width)) << 2), kt, count, scores);
  // Keys after t, up to the next multiple of 16, must weigh nothing.
  const end = (count + 15) & ~15;
  const begin = load<i32>(starts + ((<usize>t) << 2));
  for (let j = 0; j < begin; j++) store<f32>(scores + ((<usize>j) << 2), -f32.MAX_VALUE);
  for (let j = count; j < end; j++) store<f32>(scores + ((<usize>j) << 2), -f32.MAX_VALUE);
  let highest = f32x4.splat(-f32.MAX_VALUE);
  for (let j = 0; j < end; j += 4) highest = f32x4.max(highest, v128.load(scores + ((<usize>j) << 2)));
  const most = f32x4.splat(max4(highest));
  const by = f32x4.splat(scale);
  let total = f32x4.splat(0);
  for (let j = 0; j < end; j += 4) {
    const at = scores + ((<usize>j) << 2);
    const share = exp4(f32x4.mul(f32x4.sub(v128.load(at), most), by));
    v128.store(at, share);
  }
  for (let j = 0; j < begin; j++) store<f32>(scores + ((<usize>j) << 2), 0);
  for (let j = count; j < end; j++) store<f32>(scores + ((<usize>j) << 2), 0);
  for (let j = 0; j < end; j += 4) total = f32x4.add(total, v128.load(scores + ((<usize>j) << 2)));
  const per = f32x4.splat(<f32>1.0 / sum4(total));
  for (let j = 0; j < end; j += 4) {
    const at = scores + ((<usize>j) << 2);
    v128.store(at, f32x4.mul(v128.load(at), per));
  }
}

/** Input (T, 3D) → outer (T, D). */
export function forward(): void {
  for (let head = 0; head < heads; head++) {
    readHead(head);
    for (let t = 0; t < length; t++) {
      softmaxRow(t);
      combine(scores, v, t + 1, row);
      memory.copy(outer + ((<usize>((t * heads + head) * size)) << 2), row, (<usize>size) << 2);
    }
  }
}

/** Input (T, 3D) and the output's gradient in outer (T, D) → gradient (T, 3D). */
export function backward(): void {
  const columns = 3 * heads * size;
  const half = turned >> 1;
  for (let head = 0; head < heads; head++) {
    readHead(head);
    memory.fill(dk, 0, (<usize>(length * width)) << 2);
    memory.fill(dv, 0, (<usize>(length * width)) << 2);
    for (let t = 0; t < length; t++) {
      const count = t + 1;
      const end = (count + 15) & ~15;
      softmaxRow(t);
      memory.copy(row, outer + ((<usize>((t * heads + head) * size)) << 2), (<usize>size) << 2);
      spread(scores, row, count, dv);
      dots(row, vt, count, dScores);
      let along = f32x4.splat(0);
      for (let j = 0; j < end; j += 4) {
        const at = (<usize>j) << 2;
        along = f32x4.add(along, f32x4.mul(v128.load(scores + at), v128.load(dScores + at)));
      }
      const mean = f32x4.splat(sum4(along));
      const by = f32x4.splat(scale);
      for (let j = 0; j < end; j += 4) {
        const at = (<usize>j) << 2;
        const change = f32x4.sub(v128.load(dScores + at), mean);
        v128.store(dScores + at, f32x4.mul(f32x4.mul(v128.load(scores + at), change), by));
      }
      spread(dScores, q + ((<usize>(t * width)) << 2), count, dk);
      combine(dScores, k, count, row);
      turn(row, t, half, -1);
      memory.copy(gradient + ((<usize>(t * columns + head * 3 * size)) << 2), row, (<usize>size) << 2);
    }
    for (let t = 0; t < length; t++) {
      const from = (<usize>(t * width)) << 2;
      const to = gradient + ((<usize>(t * columns + head * 3 * size)) << 2);
      turn(dk + from, t, half, -1);
      memory.copy(to + ((<usize>size) << 2), dk + from, (<usize>size) << 2);
      memory.copy(to + ((<usize>(2 * size)) << 2), dv + from, (<usize>size) << 2);
    }
  }
}
