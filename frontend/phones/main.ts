import { mount } from 'svelte';
import '../tokens.css';
import '../shared/look.css';
import App from './App.svelte';
import { World } from './lib/world.svelte.ts';

const target = document.getElementById('page');
if (target) {
  const world = new World();
  mount(App, { target, props: { world } });
  void world.start();
}
