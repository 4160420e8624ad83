import type { SecretKind } from '../../host/secrets';
import type { MetadataEdit } from '../../host/values';
import { envNameProblem, nameProblem } from '../../words/names';

/** Metadata as it stands in the fields of a form. */
export interface Metadata {
  title: string;
  envName: string;
  kind: SecretKind;
  tags: string;
  note: string;
}

export const blank: Metadata = { title: '', envName: '', kind: 'apiKey', tags: '', note: '' };

export function complete(metadata: Metadata): boolean {
  return nameProblem(metadata.title) === null && envNameProblem(metadata.envName.trim()) === null;
}

/** As it is sent: trimmed, tags once each, empty as null. */
export function sent(metadata: Metadata): Omit<MetadataEdit, 'revision'> {
  const tags = metadata.tags
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return {
    title: metadata.title.trim().normalize('NFC'),
    envName: metadata.envName.trim() || null,
    kind: metadata.kind,
    tags: [...new Set(tags)],
    note: metadata.note.trim() || null,
  };
}
