// A disk that counts what is held, and refuses nothing.
export class CountingDisk {
  bytes = 0;

  async reserve(bytes: number): Promise<void> {
    this.bytes += bytes;
  }

  async release(bytes: number): Promise<void> {
    this.bytes -= bytes;
  }
}
