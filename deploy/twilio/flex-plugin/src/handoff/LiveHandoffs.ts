import { LiveHandoff, Surroundings } from './LiveHandoff';
import { HandoffEvent, HandoffView, LOADING, next } from './view';

/** Is told of each change. */
export type Watcher = (view: HandoffView) => void;

interface Followed {
  live: LiveHandoff;
  view: HandoffView;
  watchers: Set<Watcher>;
}

/**
 * The handoffs that are on the screen: one connection each, however many panels show it, and none
 * when the last of them is gone.
 */
export class LiveHandoffs {
  private readonly followed = new Map<string, Followed>();

  /**
   * @param url the base URL of the mesh, without a slash at its end
   */
  constructor(
    private readonly url: string,
    private readonly around: Surroundings,
  ) {}

  /**
   * Follows a handoff; the watcher is told at once what is known.
   *
   * @param id a conversation id or CallSid
   * @returns what ends it
   */
  watch(id: string, watcher: Watcher): () => void {
    const followed = this.followed.get(id) ?? this.begin(id);
    followed.watchers.add(watcher);
    watcher(followed.view);
    return () => this.leave(id, followed, watcher);
  }

  /** Asks now: after a failure instead of waiting, or again after it had ended. */
  retry(id: string): void {
    const followed = this.followed.get(id);
    if (!followed) {
      return;
    }
    this.tell(followed, { type: 'again' });
    followed.live.end();
    followed.live = this.connect(id, followed);
  }

  private begin(id: string): Followed {
    const followed = { view: LOADING, watchers: new Set<Watcher>() } as Followed;
    this.followed.set(id, followed);
    followed.live = this.connect(id, followed);
    return followed;
  }

  private connect(id: string, followed: Followed): LiveHandoff {
    const live: LiveHandoff = new LiveHandoff(
      `${this.url}/v1/handoff_state/live?id=${encodeURIComponent(id)}`,
      this.around,
      (event) => this.tell(followed, event),
    );
    live.follow().catch(() => this.tell(followed, { type: 'trouble', trouble: 'away' }));
    return live;
  }

  private tell(followed: Followed, event: HandoffEvent): void {
    followed.view = next(followed.view, event);
    followed.watchers.forEach((watcher) => watcher(followed.view));
  }

  private leave(id: string, followed: Followed, watcher: Watcher): void {
    followed.watchers.delete(watcher);
    if (followed.watchers.size === 0 && this.followed.get(id) === followed) {
      this.followed.delete(id);
      followed.live.end();
    }
  }
}
