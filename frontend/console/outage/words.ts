// What is said about an outage: steps, numbers, endings.
import { listed, msg, type Sentence, t, tn } from '../languages/language.ts';
import { platformName } from '../lib/words.ts';
import type { Closing, Reach, Step, StepName } from './types.ts';

interface StepWords {
  /** While it is done, by itself or because somebody asked. */
  done: Sentence;
  /** What a person can decide, and the button's word for it. */
  open: Sentence;
  act: Sentence;
}

const STEPS: Record<StepName, StepWords> = {
  hold: {
    done: msg('Keeps what you write, in order, and does not try in vain.'),
    open: msg('What you write is tried again and again. You can keep it until the channel is back.'),
    act: msg('Hold it'),
  },
  fail_over: {
    done: msg('Carries what waits another way, to people who agreed to it.'),
    open: msg('People who agreed can be written to another way.'),
    act: msg('Carry it another way'),
  },
  auto_reply: {
    done: msg('Answers people who write, where they can be reached, with a link to go on in our own chat.'),
    open: msg('People who write now are not told why nobody answers.'),
    act: msg('Answer them'),
  },
  drain: {
    done: msg('Lets out what was held, in order.'),
    open: msg('The channel works again, and what was held waits for you.'),
    act: msg('Let it out'),
  },
  read_back: {
    done: msg('Reads back from the platform what never reached us.'),
    open: msg('What people wrote meanwhile can be looked for in the platform’s history.'),
    act: msg('Read it back'),
  },
  thank: {
    done: msg('Thanks those who were answered automatically.'),
    open: msg('Those who were answered automatically have not heard from you again.'),
    act: msg('Thank them'),
  },
};

const COMING: Partial<Record<StepName, Sentence>> = {
  drain: msg('let out what was held'),
  read_back: msg('read back what never reached us'),
  thank: msg('thank those who were answered automatically'),
};

export function stepWords(step: Step): { done: string; open: string; act: string } {
  const words = STEPS[step.step];
  return { done: t(words.done), open: t(words.open), act: t(words.act) };
}

/** "When it works again, Holdfast will let out what was held and read back …" Empty when nothing is left to come. */
export function whatComes(steps: Step[]): string {
  const coming = steps.filter((step) => !step.is_due && step.mode !== 'by_hand').map((step) => COMING[step.step]);
  const told = coming.filter((each) => each !== undefined).map((each) => t(each));
  return told.length === 0 ? '' : t('When it works again, Holdfast will {steps}.', { steps: listed(told) });
}

/** "9 people wait; 4 by SMS and 2 by email can be reached meanwhile." */
export function reachWords(reach: Reach): string {
  const people = tn(reach.people, '{n} person waits', '{n} people wait');
  const ways = Object.entries(reach.by_platform).map(([platform, n]) => t('{n} by {platform}', { n, platform: platformName(platform) }));
  const told = ways.length === 0 ? t('{people}.', { people }) : t('{people}; {ways} can be reached meanwhile.', { people, ways: listed(ways) });
  return reach.is_whole ? told : `${told} ${t('Those who have waited longest were looked at; there are more.')}`;
}

export function unreachableWords(reach: Reach): string {
  if (reach.unreachable === 0) return t('There is nobody whom nothing reaches.');
  if (reach.unreachable === reach.people) return tn(reach.people, 'Nothing reaches them:', 'Nothing reaches any of them:');
  return tn(reach.unreachable, 'Nothing reaches {n} of them:', 'Nothing reaches {n} of them:');
}

/** "14 messages held, all delivered." or what became of them, number by number. */
export function endingWords(card: Closing): string {
  if (card.held === 0) return t('No message of ours had to wait.');
  const delivered = card.sent_after_hold + card.rerouted;
  if (delivered === card.held) return tn(card.held, '{n} message held, and delivered.', '{n} messages held, all delivered.');
  const parts = [
    delivered && tn(delivered, '{n} delivered', '{n} delivered'),
    card.waiting && tn(card.waiting, '{n} still going out', '{n} still going out'),
    card.in_doubt && tn(card.in_doubt, '{n} in doubt', '{n} in doubt'),
    card.failed && tn(card.failed, '{n} not possible', '{n} not possible'),
    card.expired && tn(card.expired, '{n} too old to send', '{n} too old to send'),
    card.cancelled && tn(card.cancelled, '{n} taken back', '{n} taken back'),
    card.lost && tn(card.lost, '{n} lost', '{n} lost'),
  ].filter((part) => typeof part === 'string');
  return tn(card.held, '{n} message held: {outcomes}.', '{n} messages held: {outcomes}.', { outcomes: listed(parts) });
}
