// Builds the front-end parts Varde serves itself and writes down what they are.
// Run by vendor/build, in a temporary copy of this folder after `npm ci`: `node build.mjs REPOSITORY`.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

const repository = process.argv[2];
if (!repository) {
  console.error('usage: node build.mjs REPOSITORY (the folder that holds assistant/ and tests/)');
  process.exit(2);
}
const vendor = join(repository, 'assistant/web/static/vendor');
const axe = join(repository, 'tests/browser/vendor');
const files = []; // { file, packages }

const versionOf = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
const packageOf = (input) => {
  const parts = input.split('node_modules/').pop().split('/');
  return parts[0].startsWith('@') ? `${parts[0]}/${parts[1]}` : parts[0];
};
const into = (target) => { mkdirSync(dirname(target), { recursive: true }); return target; };

async function bundle(entry, target) {
  const result = await build({
    entryPoints: [entry], outfile: into(join(vendor, target)), bundle: true, minify: true, format: 'esm',
    target: 'es2022', legalComments: 'none', metafile: true, charset: 'utf8',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const inputs = Object.keys(result.metafile.inputs).filter((input) => input.includes('node_modules/'));
  files.push({ file: join(vendor, target), packages: [...new Set(inputs.map(packageOf))].sort() });
}

function copy(source, target, name) {
  copyFileSync(`node_modules/${source}`, into(target));
  files.push({ file: target, packages: [name] });
}

rmSync(vendor, { recursive: true, force: true });
copy('@digdir/designsystemet-css/dist/src/index.css', join(vendor, 'designsystemet/designsystemet.css'), '@digdir/designsystemet-css');
copy('@digdir/designsystemet-css/dist/theme/designsystemet.css', join(vendor, 'designsystemet/theme.css'), '@digdir/designsystemet-css');
copy('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2', join(vendor, 'inter/inter-latin.woff2'), '@fontsource-variable/inter');
copy('htmx.org/dist/htmx.min.js', join(vendor, 'htmx/htmx.min.js'), 'htmx.org');
await bundle('designsystemet.js', 'designsystemet/designsystemet.js');
await bundle('lit.js', 'lit/lit.js');
await bundle('editor.js', 'codemirror/editor.js');
copy('axe-core/axe.min.js', join(axe, 'axe.min.js'), 'axe-core');

const text = ['# Front-end parts Varde serves itself. Written by vendor/build.mjs (`make vendor`); a test holds the files to it.', ''];
for (const { file, packages } of files.sort((a, b) => (a.file < b.file ? -1 : 1))) {
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  text.push('[[file]]', `file = "${relative(repository, file)}"`, `sha256 = "${sha256}"`);
  text.push('packages = [');
  for (const name of packages) {
    const { version, license } = versionOf(name);
    text.push(`  { name = "${name}", version = "${version}", licence = "${license}" },`);
  }
  text.push(']', '');
}
writeFileSync(join(vendor, 'vendor.toml'), text.join('\n'));

const notices = ['The licences of the parts in this folder, each with its notice.', ''];
for (const name of [...new Set(files.flatMap(({ packages }) => packages))].sort()) {
  if (name === 'axe-core') continue; // used by tests alone; its licence stands in the file
  const { version, license } = versionOf(name);
  const found = readdirSync(`node_modules/${name}`).find((entry) => /^licen[cs]e/i.test(entry));
  notices.push('='.repeat(78), `${name} ${version}: ${license}`, '');
  notices.push(found && existsSync(`node_modules/${name}/${found}`) ? readFileSync(`node_modules/${name}/${found}`, 'utf8').trim() : `Licence: ${license}`, '');
}
writeFileSync(join(vendor, 'LICENCES.txt'), notices.join('\n').replace(/\r/g, ''));
console.log(`built ${files.length} files`);
await import('./widget.mjs');
