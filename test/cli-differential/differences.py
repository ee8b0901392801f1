# SPDX-License-Identifier: Apache-2.0
"""Where we differ from the docker CLI on purpose. Each with its reason; none is skipped without one.

A difference is a function of the words, what the CLI did and what we did; each is {'exit': N} with 'query' and 'body' where a
container would have been created.
"""

import json
import re


def has(words, *patterns):
    return any(re.fullmatch(pattern, word, re.S) for pattern in patterns for word in words)


def folded(answer):
    return json.dumps(answer['body'], sort_keys=True, ensure_ascii=False).casefold()


def restart(words, cli, ours):
    """The service manager restarts the container: --restart other than no would start a second one behind its back."""
    return 'body' in cli and cli['body'].get('HostConfig', {}).get('RestartPolicy', {}).get('Name') and ours['exit'] == 125 \
        and '--restart' in ours['message'] and 'Restart=' in ours['message']


def overflow(words, cli, ours):
    """A number that doesn't fit is refused; the CLI sends what is left of it in 64 bits."""
    return 'body' in cli and ours['exit'] == 125 and has(words, r'.*1e30', r'(-m)?inf ', r'.*9{20,}.*')


def letter_case(words, cli, ours):
    """Upper and lower case are ASCII's: no capability, network or mount type has other letters."""
    return 'body' in cli and 'body' in ours and any(not w.isascii() for w in words if w) \
        and folded(cli) == folded(ours)


def panic(words, cli, ours):
    """The CLI crashes on a CDI device whose vendor, class or name has one letter."""
    return cli['exit'] == 2 and has(words, r'./.*=.*', r'.*/.=.*', r'.*/.*=.')


def content_trust(words, cli, ours):
    """Signatures are not verified here, so that what asks for it is refused; the CLI asks a notary server first."""
    return ours['exit'] == 125 and 'content trust' in ours.get('message', '')


def old_mac(words, cli, ours):
    """Engines before API 1.44 take one MAC address with the container, as older CLIs send it; the current one refuses."""
    return cli['exit'] in (1, 125) and 'MacAddress' in ours.get('body', {})


ON_PURPOSE = [restart, overflow, letter_case, panic, content_trust, old_mac]


def explain(words, cli, ours):
    for difference in ON_PURPOSE:
        if difference(words, cli, ours):
            return difference
    return None
