import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { chooseLanguage, fromHub, language, listed, number, t, tn } from '../console/languages/language.ts';
import { usualTimes } from '../console/lib/times.ts';
import { messageState, roundTripWords, verdictSentence } from '../console/lib/words.ts';
import { findings } from '../literals.ts';
import { age, countdown, dayName, DAY_MS, HOUR_MS, MINUTE_MS, span } from '../shared/time.ts';

const spoken = { lang: '', dir: '' };
Object.assign(globalThis, { document: { documentElement: spoken } });
after(() => chooseLanguage('en'));

test('what was said in English is said in German from one moment to the next', async () => {
  await chooseLanguage('en');
  assert.equal(t('Sign out'), 'Sign out');
  await chooseLanguage('de');
  assert.equal(language(), 'de');
  assert.deepEqual(spoken, { lang: 'de', dir: 'ltr' });
  assert.equal(t('Sign out'), 'Abmelden');
  assert.equal(t('Given to {name}', { name: 'Ben' }), 'Ben zugewiesen');
});

test('numbers, plurals and lists are those of the language', async () => {
  await chooseLanguage('en');
  assert.equal(tn(1, '{n} conversation', '{n} conversations'), '1 conversation');
  assert.equal(tn(1200, '{n} conversation', '{n} conversations'), '1,200 conversations');
  await chooseLanguage('de');
  assert.equal(tn(1, '{n} conversation', '{n} conversations'), '1 Unterhaltung');
  assert.equal(tn(1200, '{n} conversation', '{n} conversations'), '1.200 Unterhaltungen');
  assert.equal(number(0.5), '0,5');
  assert.equal(listed(['Senden', 'Empfangen', 'Verlauf']), 'Senden, Empfangen und Verlauf');
});

test('times are said as the language says them', async () => {
  await chooseLanguage('de');
  assert.equal(age(0, 1_000), 'jetzt');
  assert.equal(span(4 * MINUTE_MS), '4 Min.');
  assert.equal(countdown(3 * HOUR_MS + 20 * MINUTE_MS), '3 Std. 20 Min.');
  assert.equal(dayName(0, DAY_MS), 'Gestern');
  assert.ok(usualTimes(0).some((choice) => choice.name === 'In drei Stunden'));
  assert.equal(roundTripWords({ state: 'arrived', latency_ms: 1400, reason: '' }), 'traf nach 1,4 s ein');
});

test('states and verdicts are said whole', async () => {
  await chooseLanguage('de');
  assert.equal(messageState('held').word, 'Zurückgehalten');
  assert.equal(messageState('some_new_state').word, 'Some new state');
  const verdict = { capability: 'send', state: 'partial', cause: 'platform', confidence: 0.97, share: 0.3, since: 0, evidence: [] } as const;
  assert.equal(
    verdictSentence({ ...verdict, evidence: [] }),
    'Etwa 30 % schlagen fehl. Wahrscheinliche Ursache: die Plattform selbst (zu 97 % sicher).',
  );
});

test('the hub’s sentences are known by themselves, with their gaps, by their code, or stay', async () => {
  await chooseLanguage('de');
  assert.equal(fromHub('The text is empty.'), 'Der Text ist leer.');
  assert.equal(fromHub('There is a label “Order” already.'), 'Das Label „Order“ gibt es schon.');
  assert.equal(fromHub('It goes out again now. It will not be repeated.'), 'Sie geht jetzt erneut hinaus. Sie wird nicht wiederholt.');
  assert.equal(fromHub('Whatever happened.', 'too_large'), 'Die Datei ist zu groß.');
  assert.equal(fromHub('Whatever happened.'), 'Whatever happened.');
  await chooseLanguage('en');
  assert.equal(fromHub('The text is empty.'), 'The text is empty.');
});

test('a language that does not come leaves the old one', async () => {
  await chooseLanguage('de');
  await chooseLanguage('xx');
  assert.equal(t('Sign out'), 'Abmelden');
});

test('a pseudo-language is longer, or from right to left, and keeps gaps', async () => {
  await chooseLanguage('en-XA');
  assert.match(t('Given to {name}', { name: 'Ben' }), /^\[Gîvéñ tö Ben( ~~~)+\]$/u);
  await chooseLanguage('ar-XB');
  assert.equal(spoken.dir, 'rtl');
  assert.match(t('Given to {name}', { name: 'Ben' }), /^\[\p{Script=Hebrew}+ \p{Script=Hebrew}+ Ben\]$/u);
});

test('a literal that people would see is found, and one for programs is not', () => {
  const page = `<script lang="ts">
    import { t } from './t.ts';
    let busy = $state(false);
    const told = $derived(busy ? 'Saving now' : \`\${busy} is over\`);
    if (event.key === 'Escape') document.querySelector('form button');
  </script>
  <label class="wide open" title="What to do">{t('Said')} {told}</label>
  <p>Not said {busy}</p>`;
  const found = findings('page.svelte', page);
  assert.deepEqual(found.said.map((each) => each.text), ['Said']);
  assert.deepEqual(found.unsaid.map((each) => each.text).toSorted(), ['Not said', 'Saving now', 'What to do', 'is over']);
});
