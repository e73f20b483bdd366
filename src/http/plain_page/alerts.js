// The live list of open alerts: read once, then kept by the stream; read again whenever the stream says so.
'use strict';

const API = '/api/v1';
const PRESENCE_MS = 20000;
const PRIORITIES = ['', 'Life', 'Urgent', 'Soon', 'Routine', 'Information'];
const byId = (id) => document.getElementById(id);

let me = null;
let stream = null;
let presence = null;
let closing = null;
const alerts = new Map();

async function call(method, path, body) {
  const headers = {};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (me?.csrf_token) headers['X-CSRF-Token'] = me.csrf_token;
  const response = await fetch(API + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  if (response.ok) return answer;
  if (response.status === 401 && path !== '/auth/login') showSignIn();
  throw new Error(answer?.detail ?? `The service answered ${response.status}.`);
}

function say(text) {
  byId('state').textContent = text;
}

function showSignIn() {
  me = null;
  stream?.close();
  clearInterval(presence);
  byId('who').hidden = true;
  byId('queue').hidden = true;
  byId('sign-in').hidden = false;
  byId('login').focus();
  say('');
}

async function begin(who) {
  me = who;
  byId('sign-in').hidden = true;
  byId('who').hidden = false;
  byId('queue').hidden = false;
  byId('name').textContent = who.name;
  clearInterval(presence);
  presence = setInterval(() => call('PUT', '/me/presence').catch(() => {}), PRESENCE_MS);
  await readAll();
}

/** Reads the whole queue, then follows the stream from where it stood. */
async function readAll() {
  stream?.close();
  alerts.clear();
  let cursor = null;
  let position = null;
  do {
    const page = await call('GET', '/alerts?limit=500' + (cursor ? '&cursor=' + encodeURIComponent(cursor) : ''));
    // The first page's position: what changed while the others were read comes again over the stream.
    position ??= page.stream_position;
    for (const alert of page.items) alerts.set(alert.id, alert);
    cursor = page.next;
  } while (cursor);
  draw();
  follow(position);
}

function follow(position) {
  stream = new EventSource(`${API}/alerts/stream?after=${position}`);
  stream.addEventListener('open', () => say('Live'));
  stream.addEventListener('alert', (event) => {
    const alert = JSON.parse(event.data);
    const known = alerts.get(alert.id);
    if (known && known.version > alert.version) return;
    if (alert.state === 'closed') alerts.delete(alert.id);
    else alerts.set(alert.id, alert);
    draw();
  });
  stream.addEventListener('reset', () => readAll().catch(again));
  stream.addEventListener('error', () => {
    say('The connection is lost; trying again…');
    // The browser comes back by itself, unless it was refused: then somebody has to sign in, or the service is starting.
    if (stream.readyState === EventSource.CLOSED) again();
  });
}

function again() {
  setTimeout(() => me && readAll().catch(again), 3000);
}

function draw() {
  const inOrder = [...alerts.values()].sort(
    (a, b) => a.priority - b.priority || a.raised_at.localeCompare(b.raised_at) || a.id.localeCompare(b.id));
  const list = byId('alerts');
  const shown = new Map([...list.children].map((item) => [item.dataset.id, item]));
  for (const alert of inOrder) {
    const item = shown.get(alert.id) ?? byId('alert-template').content.firstElementChild.cloneNode(true);
    shown.delete(alert.id);
    fill(item, alert);
    // Moving a node takes the focus away, so only those out of place move.
    const place = list.children[inOrder.indexOf(alert)];
    if (place !== item) list.insertBefore(item, place ?? null);
  }
  for (const gone of shown.values()) gone.remove();
  byId('count').textContent = alerts.size ? `(${alerts.size})` : '';
  byId('none').hidden = alerts.size > 0;
}

function fill(item, alert) {
  item.dataset.id = alert.id;
  item.dataset.priority = alert.priority;
  const part = (name) => item.querySelector('.' + name);
  part('priority').textContent = `${alert.priority} · ${PRIORITIES[alert.priority] ?? ''}`;
  part('title').textContent = alert.rule.title;
  part('explanation').textContent = alert.explanation;
  const facts = [new Date(alert.raised_at).toLocaleString()];
  if (alert.home) facts.push('home ' + alert.home);
  if (alert.activations > 1) facts.push(`${alert.activations} activations`);
  if (alert.test) facts.push('test');
  facts.push(alert.holder ? `${alert.state} · ${alert.holder.name}` : alert.state);
  part('facts').textContent = facts.join(' · ');
  const link = part('call').querySelector('a');
  const safe = /^(tel|sip|sips):/i.test(alert.call_back ?? '');
  part('call').hidden = !safe;
  if (safe) {
    link.href = alert.call_back;
    link.textContent = 'Speak to the person: ' + alert.call_back;
  }
  const mine = alert.holder?.id === me?.id;
  part('accept').hidden = Boolean(alert.holder);
  part('close').hidden = !mine;
}

async function accept(item) {
  const error = item.querySelector('.error');
  error.textContent = '';
  try {
    const alert = await call('POST', `/alerts/${encodeURIComponent(item.dataset.id)}/accept`);
    alerts.set(alert.id, alert);
    draw();
  } catch (problem) {
    error.textContent = problem.message;
  }
}

function askHowItEnded(item) {
  closing = alerts.get(item.dataset.id);
  byId('closing-form').reset();
  byId('closing-error').textContent = '';
  byId('closing-what').textContent = `${closing.rule.title}. ${closing.explanation}`;
  byId('closing').showModal();
}

async function close(event) {
  event.preventDefault();
  const body = { outcome: byId('outcome').value, activations_seen: closing.activations };
  if (byId('note').value.trim()) body.note = byId('note').value;
  if (byId('cause').value.trim()) body.breach_cause = byId('cause').value;
  try {
    await call('POST', `/alerts/${encodeURIComponent(closing.id)}/close`, body);
    alerts.delete(closing.id);
    byId('closing').close();
    draw();
  } catch (problem) {
    byId('closing-error').textContent = problem.message;
  }
}

byId('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  byId('sign-in-error').textContent = '';
  try {
    const who = await call('POST', '/auth/login', { login: byId('login').value, password: byId('password').value });
    byId('password').value = '';
    await begin(who);
  } catch (problem) {
    byId('sign-in-error').textContent = problem.message;
  }
});
byId('sign-out').addEventListener('click', () => call('POST', '/auth/logout').then(showSignIn, (problem) => say(problem.message)));
byId('alerts').addEventListener('click', (event) => {
  const item = event.target.closest('.alert');
  if (event.target.matches('.accept')) accept(item);
  if (event.target.matches('.close')) askHowItEnded(item);
});
byId('closing-form').addEventListener('submit', close);
byId('closing-cancel').addEventListener('click', () => byId('closing').close());
call('GET', '/me').then(begin).catch(showSignIn);
