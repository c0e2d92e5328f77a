import * as FlexPlugin from '@twilio/flex-plugin';

import CallmeshPlugin from './CallmeshPlugin';

FlexPlugin.loadPlugin(CallmeshPlugin);
