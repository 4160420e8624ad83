import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const onlyInHost = {
  group: ['@tauri-apps/*'],
  message: 'Only src/host/desktop.ts talks to the desktop; everything else uses the Host interface.',
};
const chosenByMain = {
  group: ['**/host/desktop', '**/host/fake', '**/host/fake/*'],
  message: 'main.ts chooses the host; take it from the page instead.',
};
const tier = (group, message) => ({ group, message });

const borders = (files, ...patterns) => ({
  files,
  // What several tests do in the window stands beside them.
  ignores: ['**/*.test.ts', 'src/views/at-*.ts'],
  rules: { 'no-restricted-imports': ['error', { patterns: [onlyInHost, chosenByMain, ...patterns] }] },
});

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/host/bindings.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    rules: {
      'prefer-const': 'off',
      // Collections are replaced as a whole, never changed in place.
      'svelte/prefer-svelte-reactivity': 'off',
      // A space at the start of a block survives only as a mustache.
      'svelte/no-useless-mustaches': 'off',
    },
  },
  {
    files: ['scripts/**', '*.config.*'],
    languageOptions: { globals: { ...globals.node } },
    rules: { 'no-console': 'off' },
  },
  borders(
    ['src/pieces/**'],
    tier(
      ['**/parts/*', '**/views/*', '**/state/*', '**/host/*', '**/errors'],
      'A piece knows no domain: give it what it shows as properties.',
    ),
  ),
  borders(['src/parts/**'], tier(['**/views/*'], 'A part does not know where it is shown.')),
  borders(['src/views/**']),
  borders(
    ['src/state/**', 'src/keyboard/**', 'src/words/**'],
    tier(['**/parts/*', '**/views/*', '**/pieces/*'], 'State can be tested without rendering anything.'),
  ),
);
