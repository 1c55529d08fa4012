// Offers the place by the browser's time zone, and says honestly when the hub did not take a report.
const ZONES = /* ZONES */ {};
const ANSWER_MS = 8000;
const opened = Date.now();
const form = document.getElementById('report');
const told = document.getElementById('told');

const offered = ZONES[Intl.DateTimeFormat().resolvedOptions().timeZone];
if (offered && !form.place.value) {
  form.place.value = offered;
  document.getElementById('offered').hidden = false;
}
const add = document.getElementById('add');
let report = '';
form.addEventListener('submit', (event) => {
  event.preventDefault();
  form.took.value = String(Date.now() - opened);
  send(form.action, new URLSearchParams(new FormData(form, event.submitter)));
});
add.addEventListener('click', () => {
  const { surface, place } = form;
  send(`${form.action}/details`, new URLSearchParams({ report, surface: surface.value, place: place.value }));
});

async function send(address, body) {
  const buttons = [...form.querySelectorAll('.symptoms button, .send')];
  buttons.forEach((button) => { button.disabled = true; });
  let answer;
  try {
    const response = await fetch(address, {
      method: 'POST', body, headers: { accept: 'application/json' }, signal: AbortSignal.timeout(ANSWER_MS),
    });
    answer = await response.json();
    if (!response.ok) answer = { title: 'Your report was not taken', lead: answer.error.message };
  } catch {
    answer = {
      title: 'Your report could not be taken',
      lead: 'Our hub does not answer, so nothing was kept. Please try again in a minute.',
    };
  }
  buttons.forEach((button) => { button.disabled = false; });
  show(answer);
}

function show(answer) {
  const taken = Boolean(answer.id);
  report = answer.id || report;
  add.hidden = !report;
  document.getElementById('told-said').textContent = answer.said ?? '';
  document.getElementById('told-title').textContent = answer.title;
  document.getElementById('told-lead').textContent = answer.lead;
  document.getElementById('told-ways').replaceChildren(...(answer.ways ?? []).map(way));
  if (answer.platform) document.getElementById('told-tracker').href = `/tracker/${answer.platform}`;
  told.className = `headline ${answer.look ?? 'suspected'}`;
  told.hidden = false;
  told.focus();
  window.scrollTo({ top: 0 });
  form.querySelector('h1').textContent = taken ? 'Does something else fail, too?' : 'What does not work?';
}

function way(each) {
  const item = document.createElement('li');
  const label = Object.assign(document.createElement('span'), { className: 'label', textContent: each.label });
  const link = /^(https?|mailto|tel|sms):/i.test(each.link);
  const target = link ? Object.assign(document.createElement('a'), { href: each.link }) : document.createElement('bdi');
  target.textContent = each.address || 'Open the chat';
  item.append(label, ' ', target);
  return item;
}
