// Builds every page into the Python packages. `node build.ts console` builds one of them.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build, type InlineConfig, type Plugin, type Rolldown } from 'vite';

const HERE = import.meta.dirname;
const HUB = join(HERE, '../src/holdfast/web/built');
const SIMULATORS = join(HERE, '../src/holdfast_simulators/built');

const OUTPUTS: Record<string, InlineConfig> = {
  console: inbox(),
  chat: messenger(),
  phones: page('phones', '/', SIMULATORS),
  widget: script('chat/widget.ts', 'widget.js', HUB),
};

// What the inbox needs comes in one piece: two dozen small ones wait for one another on a slow machine or line.
function inbox(): InlineConfig {
  const config = page('console', '/console/', join(HUB, 'console'));
  const output = { codeSplitting: { groups: [{ name: 'inbox', test: /console\/main\.ts$/u }] } };
  return { ...config, build: { ...config.build, rolldownOptions: { output } } };
}

function messenger(): InlineConfig {
  const config = page('direct', '/chat/', join(HUB, 'chat'));
  return { ...config, plugins: [...(config.plugins ?? []), opening()], publicDir: join(HERE, 'direct/public') };
}

function page(root: string, base: string, outDir: string): InlineConfig {
  return {
    ...shared(root),
    base,
    plugins: [svelte({ compilerOptions: { runes: true } })],
    // Images and scripts must stay files: the pages' content policy forbids anything inline but the messenger's opening.
    build: { outDir, emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2022' },
  };
}

// The messenger's opening stands in the page itself, where the hub allows it by its digest. The stylesheet of
// everything else comes after it, so that the opening is painted without it.
function opening(): Plugin {
  return {
    name: 'holdfast-opening',
    transformIndexHtml: {
      order: 'post',
      handler: async (html) => {
        const { code, css } = await compiled('direct/opening.ts');
        const sheets = html.match(/<link rel="stylesheet"[^>]*>/gu) ?? [];
        return sheets
          .reduce((left, sheet) => left.replace(sheet, ''), html)
          .replace('</head>', () => `<style>${css}</style></head>`)
          .replace('<!-- opening -->', () => `<script>${code}</script>${sheets.join('')}`);
      },
    },
  };
}

async function compiled(entry: string): Promise<{ code: string; css: string }> {
  const config = script(entry, 'opening.js', HUB);
  const built = (await build({ ...config, build: { ...config.build, write: false } })) as Rolldown.RolldownOutput[];
  const parts = built.flatMap((each) => each.output);
  const code = parts.find((each) => each.type === 'chunk')?.code ?? '';
  const css = parts.find((each) => each.type === 'asset')?.source ?? '';
  return { code: code.trim(), css: String(css).trim() };
}

function script(entry: string, fileName: string, outDir: string): InlineConfig {
  return {
    ...shared('.'),
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      lib: { entry: join(HERE, entry), formats: ['iife'], name: 'holdfast', fileName: () => fileName },
    },
  };
}

// The messenger's service worker knows by name what it keeps, so it is built when all of that is there.
async function worker(): Promise<InlineConfig> {
  const folder = join(HUB, 'chat');
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== 'worker.js' && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const digest = createHash('sha256');
  for (const name of names) digest.update(name).update(await readFile(join(folder, name)));
  const shell = names.map((name) => (name === 'index.html' ? '/chat/' : `/chat/${name}`));
  return {
    ...script('direct/worker.ts', 'worker.js', folder),
    define: { SHELL: JSON.stringify(shell), SHELL_NAME: JSON.stringify(digest.digest('hex').slice(0, 16)) },
  };
}

function shared(root: string): InlineConfig {
  return { root: join(HERE, root), configFile: false, logLevel: 'warn', publicDir: false };
}

const wanted = process.argv.slice(2);
for (const [name, config] of Object.entries(OUTPUTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`building ${name}`);
  await build(config);
  if (name === 'chat') await build(await worker());
}
await mkdir(HUB, { recursive: true });
await copyFile(join(HERE, 'tokens.css'), join(HUB, 'tokens.css'));
