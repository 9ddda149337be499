/** Expressions that never end, explode, or eat memory. `size` (1 to 10, of the sender's making) varies them. */
export const bombs: Readonly<Record<string, string>> = {
  endless_loop: '($f := function($n){ $f($n + 1) }; $f(data.object.size))',
  endless_recursion: '($f := function($n){ 1 + $f($n + 1) }; $f(data.object.size))',
  mutual_loop: '($f := function($n){ $g($n + 1) }; $g := function($n){ $f($n - 1) }; $f(data.object.size))',
  catastrophic_regex: '$match($pad("", 40 + data.object.size, "a") & "!", /^(a+)+$/)',
  alternating_regex: '$match($pad("", 60 + data.object.size, "a") & "!", /^(a|aa)+$/)',
  words_regex: '$match($pad("", 60 + data.object.size, "word ") & "!", /^(\\w+\\s?)*$/)',
  contained_regex: '$contains($pad("", 40 + data.object.size, "x") & "z", /(x+x+)+y/)',
  replace_memory: '$replace($pad("x", 3000000 + data.object.size, "a"), /a/, "bbbbbbbbbb")',
  doubled_text: '($d := function($s, $n){ $n = 0 ? $s : $d($s & $s, $n - 1) }; $d("x", 30 + data.object.size))',
  padded_text: '$pad("x", 200000000 * data.object.size, "ab")',
  split_text: '$string($count($split($pad("", 5000000 * data.object.size, "a,"), ",")))',
  range: '$string($sum([1..5000000 * data.object.size]))',
  product_of_ranges: '$string($count([1..3000].($i := $; [1..300 * data.object.size].($ * $i))))',
  sorted_range: '$string($sort($map([1..200000 * data.object.size], function($n){ 0 - $n }))[0])',
  doubled_list:
    '($d := function($a, $n){ $n = 0 ? $a : $d($append($a, $a), $n - 1) }; $string($count($d([1], 25 + data.object.size))))',
  reduced_text: '$reduce([1..200000 * data.object.size], function($a, $b){ $string($a) & $string($b) })',
  grouped_range: '$string([1..200000 * data.object.size]{ $string($): $ })',
  joined_text: '$join($map([1..200000 * data.object.size], function($n){ $pad("", 1000, $string($n)) }))',
  evaluated_text: '$eval("($f := function($n){ $f($n + 1) }; $f(1))")',
  deep_list: '($d := function($n){ $n = 0 ? 1 : [$d($n - 1)] }; $string($d(20000 * data.object.size)))',
};
