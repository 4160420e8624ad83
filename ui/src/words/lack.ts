import type { SecretRights } from '../host/secrets';

/** What is said where a value can be neither shown nor copied. */
export interface LackWords {
  /** Beside the hidden value. */
  value: string;
  /** When copying is tried all the same, and where to look. */
  copy: string;
  /** When showing is tried. */
  reveal: string;
  remedy: string;
}

/** The words for what is lacking; none where a value may be revealed. */
export function lackWords(rights: SecretRights): LackWords | null {
  if (rights.reveal) return null;
  return rights.use
    ? {
        value: 'You may hand it to programs, not copy or reveal it.',
        copy: 'You may use this, not copy it.',
        reveal: 'You may use this, not reveal it.',
        remedy: `This needs the right to reveal. “${whyTitle(rights)}” says what you hold.`,
      }
    : {
        value: 'You may see that it is here, not its value.',
        copy: 'You may see that this is here, not its value.',
        reveal: 'You may see that this is here, not its value.',
        remedy: `“${whyTitle(rights)}” says what you hold.`,
      };
}

/** The title over the grants that let one do what one can. */
export function whyTitle(rights: SecretRights): string {
  return rights.use || rights.reveal ? 'Why you can use this' : 'Why you can see this';
}
