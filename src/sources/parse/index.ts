// The record formats by name: how decoded bytes of a shard become documents.
import type { Format, FormatName } from '../../pipeline/define.ts';
import { blankLine } from './blank-line.ts';
import { cirrus } from './cirrus.ts';
import { jsonLines } from './jsonl.ts';
import { mediawikiXml } from './mediawiki-xml.ts';
import { wet } from './wet.ts';

export const formats: Readonly<Record<FormatName, Format>> = {
  jsonl: jsonLines('jsonl'),
  parquet: jsonLines('parquet'),
  'blank-line': blankLine,
  cirrus,
  'mediawiki-xml': mediawikiXml,
  wet,
};
