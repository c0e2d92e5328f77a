import { Avatar } from '@twilio-paste/core/avatar';
import { Box } from '@twilio-paste/core/box';
import { Heading } from '@twilio-paste/core/heading';
import { Text } from '@twilio-paste/core/text';
import { UserIcon } from '@twilio-paste/icons/esm/UserIcon';
import React from 'react';

import { phoneNumber } from '../words';

/** Who calls: the name when there is one, and the number. */
export const Caller: React.FC<{ name?: string; number?: string }> = ({ name, number }) => {
  const spoken = number === undefined || number === 'anonymous' ? 'Number withheld' : phoneNumber(number);
  return (
    <Box display="flex" alignItems="center" columnGap="space50">
      <Avatar size="sizeIcon70" name={name ?? spoken} icon={name === undefined ? UserIcon : undefined} />
      <Box minWidth="0">
        <Heading as="h3" variant="heading40" marginBottom="space0">
          {name ?? spoken}
        </Heading>
        {name !== undefined && (
          <Text as="p" color="colorTextWeak" fontVariantNumeric="tabular-nums">
            {spoken}
          </Text>
        )}
      </Box>
    </Box>
  );
};
