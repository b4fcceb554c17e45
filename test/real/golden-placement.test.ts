import test from 'ava';
import { recordedPlacements } from '../golden/placement-player.js';
import { realServers } from './golden-servers.js';

recordedPlacements(test, realServers());
