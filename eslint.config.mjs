import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import angular from 'angular-eslint';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { moduleBoundaries } from './tools/lint/module-boundaries.mjs';

const consoleFiles = ['libs/console/**/*.ts', 'apps/console/**/*.ts'];
const testFiles = [
  '**/*.spec.ts',
  '**/test/**/*.ts',
  '**/*.spec-support.ts',
  'apps/*-e2e/**/*.ts',
  'libs/server/testing/**/*.ts',
];

/** Three positional parameters; a constructor's are what it needs injected, decorated ones are filled in by Nest. */
const tooManyParameters = [
  'FunctionDeclaration[params.length>3]',
  'ArrowFunctionExpression[params.length>3]',
  ':not(MethodDefinition[kind="constructor"]) > FunctionExpression[params.length>3]:not([params.0.decorators.length>0])',
].map((selector) => ({ selector, message: 'More than three parameters: pass an object with named fields.' }));

export default defineConfig(
  { ignores: ['**/dist/', '**/generated/', '.nx/', '.angular/', '.lockstep/', 'coverage/', 'test-results/'] },
  // A finding is mended, or the rule is wrong and changed here for everybody.
  { linterOptions: { noInlineConfig: true } },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['tools/jest/*.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', moduleBoundaries({ inTests: false })],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Nest's decorators and zod's schemas share a name with their type on purpose.
      '@typescript-eslint/no-redeclare': 'off',
      'max-lines': ['error', 300],
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...tooManyParameters],
    },
  },
  {
    files: testFiles,
    rules: {
      '@nx/enforce-module-boundaries': ['error', moduleBoundaries({ inTests: true })],
      // Jest's matchers and answers of `fetch` are of type any.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: consoleFiles,
    extends: [angular.configs.tsRecommended],
    processor: angular.processInlineTemplates,
  },
  {
    files: ['libs/console/**/*.html', 'apps/console/**/*.html'],
    extends: [angular.configs.templateRecommended, angular.configs.templateAccessibility],
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'AbortController',
          'Buffer',
          'URL',
          'clearInterval',
          'clearTimeout',
          'fetch',
          'performance',
          'process',
          'setInterval',
          'setTimeout',
        ].map((name) => [name, 'readonly']),
      ),
    },
    rules: { 'max-lines': ['error', 300], 'no-restricted-syntax': ['error', ...tooManyParameters] },
  },
  prettier,
);
