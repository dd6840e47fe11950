import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressedCopies } from './compressed-copies.ts';

/** The bundle is served by the Steelyard server from dist/web; `vite web` develops against a server on its usual port. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), compressedCopies()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    // Few files: a page loads the libraries, the code that pages share, and its own code. ECharts loads when a chart is
    // shown. Schemas of features are loaded with their pages.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'libraries',
              test: /node_modules\/(react|react-dom|scheduler|zod|decimal\.js|@tanstack\/(react-router|router-core|history|react-store|store|react-query|query-core))\//,
            },
            {
              name: 'shared',
              test: /web\/src\/(parts|format|table|beam|theme|frame|client)|src\/(platform|org)\/.*schema\.ts/,
              minShareCount: 2,
            },
            { name: 'drawing', test: /web\/src\/(charts|costs)\//, minShareCount: 5 },
          ],
        },
      },
    },
  },
  server: { fs: { allow: ['..'] }, proxy: { '/api': { target: 'http://127.0.0.1:4610', changeOrigin: true } } },
});
