// Reads chrome.txt: what sites write around their texts, for the composer.
import type { Half } from './labelled.ts';

export interface AddressLine {
  readonly template: string;
  readonly left: readonly string[];
}

export interface Chrome {
  readonly menus: readonly (readonly string[])[];
  readonly trails: readonly (readonly string[])[];
  readonly boilerplate: readonly string[];
  readonly addresses: readonly AddressLine[];
}

const items = (line: string): string[] => line.split('|');

function addressLine(line: string): AddressLine {
  const at = line.indexOf(' =>');
  if (at < 0) throw new Error(`chrome.txt: an address line without an answer: ${line}`);
  return {
    template: line.slice(0, at),
    left: line
      .slice(at + 3)
      .trimStart()
      .split('|'),
  };
}

export function readChrome(source: string): Record<Half, Chrome> {
  const sections = new Map<string, string[]>();
  let lines: string[] | undefined;
  for (const line of source.split('\n')) {
    if (line.startsWith('## ')) {
      lines = [];
      sections.set(line.slice(3), lines);
    } else if (line !== '' && !line.startsWith('# ')) lines?.push(line);
  }
  const of = (half: Half): Chrome => {
    const section = (name: string): string[] => {
      const found = sections.get(`${name} ${half}`);
      if (found === undefined) throw new Error(`chrome.txt: no section "${name} ${half}"`);
      return found;
    };
    return {
      menus: section('menu').map(items),
      trails: section('trail').map(items),
      boilerplate: section('boilerplate'),
      addresses: section('address').map(addressLine),
    };
  };
  return { tune: of('tune'), held: of('held') };
}
