import test from 'ava';
import { embeddedServers } from './embedded-servers.js';
import { recordedPlacements } from './placement-player.js';

recordedPlacements(test, embeddedServers());
