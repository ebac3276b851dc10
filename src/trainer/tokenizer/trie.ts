// Strings by their UTF-16 units: finds all that begin at a place of a text, in the time of the longest.

const FREE = -1;

/**
 * A trie whose edges stand in one open-addressing table, (node, unit) → node: 11 bytes a slot, half of the slots free, a
 * probe or two a step whatever the fan-out. Japanese roots have thousands of children, inner nodes one.
 */
export class Trie {
  #parents = new Int32Array(1024).fill(FREE);
  #units = new Uint16Array(1024);
  #children = new Int32Array(1024);
  #mask = 1023;
  #edges = 0;
  #values: Int32Array = new Int32Array(512).fill(-1);
  #nodes = 1;

  /** Number of the root. */
  static readonly root = 0;

  /** Sets the value (0 or more) of `key`. */
  set(key: string, value: number): void {
    let node = Trie.root;
    for (let i = 0; i < key.length; i++) {
      const unit = key.charCodeAt(i);
      const child = this.step(node, unit);
      node = child < 0 ? this.#add(node, unit) : child;
    }
    this.#values[node] = value;
  }

  /** The child of `node` by `unit`, or -1. */
  step(node: number, unit: number): number {
    const mask = this.#mask;
    for (let slot = hash(node, unit) & mask; ; slot = (slot + 1) & mask) {
      const parent = this.#parents[slot] ?? FREE;
      if (parent === FREE) return -1;
      if (parent === node && this.#units[slot] === unit) return this.#children[slot] ?? -1;
    }
  }

  /** What `set` gave to the string that ends at `node`, or -1. */
  value(node: number): number {
    return this.#values[node] ?? -1;
  }

  #add(node: number, unit: number): number {
    if (2 * ++this.#edges > this.#mask) this.#grow();
    const child = this.#nodes++;
    if (child >= this.#values.length) {
      const values = new Int32Array(2 * this.#values.length).fill(-1);
      values.set(this.#values);
      this.#values = values;
    }
    this.#insert(node, unit, child);
    return child;
  }

  #insert(node: number, unit: number, child: number): void {
    let slot = hash(node, unit) & this.#mask;
    while (this.#parents[slot] !== FREE) slot = (slot + 1) & this.#mask;
    this.#parents[slot] = node;
    this.#units[slot] = unit;
    this.#children[slot] = child;
  }

  #grow(): void {
    const [parents, units, children] = [this.#parents, this.#units, this.#children];
    const size = 2 * parents.length;
    this.#parents = new Int32Array(size).fill(FREE);
    this.#units = new Uint16Array(size);
    this.#children = new Int32Array(size);
    this.#mask = size - 1;
    parents.forEach((parent, slot) => {
      if (parent !== FREE) this.#insert(parent, units[slot] ?? 0, children[slot] ?? 0);
    });
  }
}

function hash(node: number, unit: number): number {
  const mixed = Math.imul(Math.imul(node, 0x9e3779b1) ^ unit, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
