import { mount } from 'svelte';
import '../tokens.css';
import '../shared/look.css';
import App from './App.svelte';
import { startLanguage } from './languages/language.ts';
import { Hub } from './lib/hub.svelte.ts';

const target = document.getElementById('page');
if (target) {
  const hub = new Hub();
  // Who is here and how to speak to them are asked at once; nothing is said before the words are there.
  void hub.start();
  await startLanguage();
  mount(App, { target, props: { hub } });
}
