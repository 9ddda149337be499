-- Who of a person may go, of which there is one but for a moment: whoever puts the rest behind it does not walk the line.
create index delivery_in_front on delivery (destination, person, seq)
  where status = 'pending' and is_behind = 0 and person is not null;
