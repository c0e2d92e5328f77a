import { useEffect, useRef, useState } from 'react';

import { Task } from '../flex';
import { LiveHandoffs } from '../handoff/LiveHandoffs';
import { HandoffView, LOADING } from '../handoff/view';
import { Reservations, Talk } from '../reservation';

const UNCONFIGURED: HandoffView = { trouble: 'unconfigured', news: 'none' };

/** What is known of a handoff, as long as the component is on the screen. */
export function useHandoff(handoffs: LiveHandoffs | undefined, id: string | undefined): HandoffView {
  const [shown, setShown] = useState<{ id?: string; view: HandoffView }>({ view: LOADING });
  useEffect(() => {
    if (handoffs === undefined || id === undefined) {
      return undefined;
    }
    return handoffs.watch(id, (view) => setShown({ id, view }));
  }, [handoffs, id]);
  if (handoffs === undefined) {
    return UNCONFIGURED;
  }
  // another task was picked: not a moment of the former caller's data under this one's name
  return shown.id === id ? shown.view : LOADING;
}

/** What Flex says of the conversation, with the times at which the component saw it change. */
export function useTalk(task: Task | undefined | null): Talk | undefined {
  const reservations = useRef<Reservations>();
  reservations.current ??= new Reservations();
  return reservations.current.talkOf(task, Date.now());
}

/** The time, each second, while it is asked for. */
export function useNow(ticking: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!ticking) {
      return undefined;
    }
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}

/** Whether the person asked their system for less motion. */
export function useReducedMotion(): boolean {
  const [reduced, setReduced] = useState(false);
  useEffect(() => {
    const query = window.matchMedia?.('(prefers-reduced-motion: reduce)');
    setReduced(query?.matches === true);
  }, []);
  return reduced;
}
