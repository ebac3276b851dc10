// The two ways in which a compressed stream can be bad.
import { DecodeError, errorMessage } from '../../errors.ts';

/** The stream stops in the middle. */
export function truncated(codec: string): DecodeError {
  return new DecodeError(`The ${codec} data stops before its end: the file is cut off.`, {
    code: 'decode.truncated',
    fix: 'Fetch the file again and compare its size and checksum with the published ones.',
  });
}

/** The stream holds what no encoder writes, or its checksum is wrong. */
export function corrupt(codec: string, cause: unknown): DecodeError {
  return new DecodeError(`The ${codec} data is damaged: ${errorMessage(cause)}.`, {
    code: 'decode.corrupt',
    fix: 'Fetch the file again and compare its checksum with the published one.',
    cause,
  });
}
