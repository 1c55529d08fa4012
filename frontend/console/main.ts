import { mount } from 'svelte';
import '../tokens.css';
import '../shared/look.css';
import App from './App.svelte';
import { Hub } from './lib/hub.svelte.ts';

const target = document.getElementById('page');
if (target) {
  const hub = new Hub();
  mount(App, { target, props: { hub } });
  void hub.start();
}
