// Rearranging matrices that lie row by row in one array, between Seiryu's layouts and those of others.

/** (rows, columns) → (columns, rows). */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column] ?? Number.NaN;
  return out;
}

/** New column `to` is old column `from(to)`. */
export function columnsMoved(values: Float32Array, columns: number, from: (to: number) => number): Float32Array {
  const order = Int32Array.from({ length: columns }, (_, to) => from(to));
  const out = new Float32Array(values.length);
  for (let row = 0; row < values.length; row += columns)
    for (let to = 0; to < columns; to++) out[row + to] = values[row + (order[to] ?? 0)] ?? Number.NaN;
  return out;
}

/** Columns `begin` to `end` of a matrix with `columns` of them. */
export function columnsCut(values: Float32Array, columns: number, begin: number, end: number): Float32Array {
  const width = end - begin;
  const out = new Float32Array((values.length / columns) * width);
  for (let row = 0; row < values.length / columns; row++)
    out.set(values.subarray(row * columns + begin, row * columns + end), row * width);
  return out;
}

/** Each row of `width` numbers followed by the same times `factor`, all times `scale`. */
export function rowsMirrored(values: Float32Array, width: number, factor: 1 | -1, scale = 1): Float32Array {
  const out = new Float32Array(2 * values.length);
  for (let at = 0; at < values.length; at++) {
    const to = Math.floor(at / width) * 2 * width + (at % width);
    const value = (values[at] ?? Number.NaN) * scale;
    out[to] = value;
    out[to + width] = factor * value;
  }
  return out;
}
