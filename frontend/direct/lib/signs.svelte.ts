// What is only true while it happens: who is writing where, and who is here.
import type { Message, Passing } from './protocol.ts';

const TYPING_MS = 6_000;
const TYPING_AGAIN_MS = 4_000;

export interface Typing {
  member: string;
  name: string;
  until: number;
}

export class Signs {
  typing = $state.raw<ReadonlyMap<string, readonly Typing[]>>(new Map());
  here = $state.raw<ReadonlyMap<string, { here: boolean; at: number }>>(new Map());
  #told = new Map<string, number>();

  heard(frame: Passing, myId: string): void {
    if (frame.type === 'presence') {
      this.here = new Map(this.here).set(frame.member, { here: frame.here, at: frame.at });
      return;
    }
    if (frame.member === myId) return;
    const typing = { member: frame.member, name: frame.name, until: Date.now() + TYPING_MS };
    const others = (this.typing.get(frame.thread) ?? []).filter((each) => each.member !== frame.member);
    this.typing = new Map(this.typing).set(frame.thread, [...others, typing]);
    setTimeout(() => this.#forget(frame.thread, (each) => each.until > Date.now()), TYPING_MS + 50);
  }

  /** Whoever has said it is writing it no more. */
  said(messages: readonly Message[]): void {
    if (this.typing.size === 0) return;
    for (const { thread, author } of messages) this.#forget(thread, (each) => each.member !== author);
  }

  /** Without a line nobody knows who is here. */
  lost(): void {
    this.here = new Map();
  }

  /** Whether others are to be told now that we write, which is said again only after a while. */
  isToBeTold(thread: string): boolean {
    if (Date.now() - (this.#told.get(thread) ?? 0) < TYPING_AGAIN_MS) return false;
    this.#told.set(thread, Date.now());
    return true;
  }

  /** What we wrote stands: the next word is news again. */
  written(thread: string): void {
    this.#told.delete(thread);
  }

  #forget(thread: string, stays: (typing: Typing) => boolean): void {
    const left = (this.typing.get(thread) ?? []).filter(stays);
    const typing = new Map(this.typing);
    if (left.length > 0) typing.set(thread, left);
    else typing.delete(thread);
    this.typing = typing;
  }
}
