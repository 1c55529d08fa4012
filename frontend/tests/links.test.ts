import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webAddress, withLinks } from '../shared/links.ts';

const addresses = (text: string) => withLinks(text).flatMap((part) => part.href ?? []);

test('only addresses of the web become links', () => {
  for (const text of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'http://', 'mailto:a@b.example']) {
    assert.deepEqual(addresses(text), [], text);
  }
  assert.deepEqual(addresses('see https://a.example/x?y=1#z'), ['https://a.example/x?y=1#z']);
});

test('the sentence around a link stays outside of it', () => {
  assert.deepEqual(addresses('(https://a.example/x), https://b.example.'), ['https://a.example/x', 'https://b.example/']);
});

test('nothing of a text is lost', () => {
  for (const text of ['', 'plain', 'a https://a.example. b\nhttp://b.example/<script>', 'https://', '🙏 https://ü.example!']) {
    assert.equal(withLinks(text).map((part) => part.text).join(''), text);
  }
});

test('an address is read, not only matched', () => {
  assert.equal(webAddress('HTTPS://A.example'), 'https://a.example/');
  assert.equal(webAddress('not one'), null);
});
