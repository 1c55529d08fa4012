// German, in a file for each folder of the console.
import app from './de/app.json' with { type: 'json' };
import channels from './de/channels.json' with { type: 'json' };
import figures from './de/figures.json' with { type: 'json' };
import hub from './de/hub.json' with { type: 'json' };
import inbox from './de/inbox.json' with { type: 'json' };
import incidents from './de/incidents.json' with { type: 'json' };
import outage from './de/outage.json' with { type: 'json' };
import people from './de/people.json' with { type: 'json' };
import playbook from './de/playbook.json' with { type: 'json' };
import publicPages from './de/public.json' with { type: 'json' };
import publishing from './de/publishing.json' with { type: 'json' };
import radar from './de/radar.json' with { type: 'json' };
import safety from './de/safety.json' with { type: 'json' };
import search from './de/search.json' with { type: 'json' };
import settings from './de/settings.json' with { type: 'json' };
import unreadable from './de/unreadable.json' with { type: 'json' };
import widget from './de/widget.json' with { type: 'json' };

export default {
  ...app,
  ...channels,
  ...figures,
  ...hub,
  ...inbox,
  ...incidents,
  ...outage,
  ...people,
  ...playbook,
  ...publicPages,
  ...publishing,
  ...radar,
  ...safety,
  ...search,
  ...settings,
  ...unreadable,
  ...widget,
};

/** What the hub says, among it sentences with gaps. */
export { hub as ofHub };
