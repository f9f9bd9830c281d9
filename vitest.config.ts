import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      // Exhaustive answers take their time on a machine that does something else as well.
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/cli/**'],
          globalSetup: ['test/draw-seed.ts'],
          setupFiles: ['test/seed.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'command',
          include: ['test/cli/**/*.test.ts'],
          globalSetup: ['test/cli/build.ts'],
          testTimeout: 60_000,
        },
      },
    ],
  },
});
