import { describe, expect, it } from 'vitest';
import type { SecretRights } from '../host/secrets';
import { lackWords, whyTitle } from './lack';

const rights = (use: boolean, reveal: boolean): SecretRights => ({
  use,
  reveal,
  write: false,
  editMetadata: false,
  delete: false,
  requestRotation: false,
  rotate: false,
});

describe('what is lacking', () => {
  it('is nothing where a value may be revealed', () => {
    expect(lackWords(rights(true, true))).toBeNull();
    expect(whyTitle(rights(true, true))).toBe('Why you can use this');
  });

  it('promises use only to those who have it', () => {
    expect(lackWords(rights(true, false))?.value).toContain('hand it to programs');
    expect(lackWords(rights(false, false))?.value).toBe('You may see that it is here, not its value.');
    expect(whyTitle(rights(false, false))).toBe('Why you can see this');
    expect(lackWords(rights(false, false))?.remedy).toContain('Why you can see this');
  });
});
