local targets = nil
for _, target in ipairs(targets) do
	sync { default.direct, source = "$SOURCE", target = target }
end
-- want: config\.lua:2: bad argument #1 to 'ipairs' \(table expected, got nil\)
