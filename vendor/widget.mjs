// Builds the embed script, assistant/web/static/widget.js, from assistant/web/static/widget/ and lit, into one file.
// Run by build.mjs, or alone: `node widget.mjs <repository>`. Its first line says which source it was built from.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const repository = resolve(process.argv[2]);
const source = join(repository, 'assistant/web/static/widget');
const target = join(repository, 'assistant/web/static/widget.js');

const digest = createHash('sha256');
for (const name of readdirSync(source).filter((file) => file.endsWith('.js')).sort()) {
  digest.update(`${name}\0`).update(readFileSync(join(source, name)));
}
const { version, license } = JSON.parse(readFileSync('node_modules/lit/package.json', 'utf8'));

await build({
  entryPoints: [join(source, 'main.js')], outfile: target, bundle: true, minify: true, format: 'iife', target: 'es2022',
  legalComments: 'none', charset: 'utf8', nodePaths: [resolve('node_modules')],
  define: { 'process.env.NODE_ENV': '"production"' },
  banner: { js: `/* Varde's chat. source sha256 ${digest.digest('hex')}; lit ${version} (${license}, Google LLC) */` },
});
console.log('built widget.js');
