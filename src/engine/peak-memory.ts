// The most memory that this process has held.
import { readFileSync } from 'node:fs';

/**
 * Bytes. On Linux the kernel's high-water mark of this program: getrusage counts what the process was before it became
 * this program too, so that a large parent (a test runner, a notebook) showed as ours.
 */
export function peakMemory(): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // No /proc here.
  }
  return process.resourceUsage().maxRSS * 1024;
}
