-- What the scripts of testdata check with. Run before each of them.

-- Whether two values are the same, tables by content.
local function alike(a, b)
	if type(a) ~= 'table' or type(b) ~= 'table' or getmetatable(a) or getmetatable(b) then
		return a == b
	end
	for k, v in pairs(a) do
		if not alike(v, b[k]) then return false end
	end
	for k in pairs(b) do
		if a[k] == nil then return false end
	end
	return true
end

-- same(got, want, what): fails unless got is want.
function same(got, want, what)
	if not alike(got, want) then
		error((what or 'value') .. ' is ' .. lsyncd.dump(got) .. ', not ' .. lsyncd.dump(want), 2)
	end
end

-- fails(text, f, ...): fails unless f(...) raises an error with text in it.
function fails(text, f, ...)
	local ok, fault = pcall(f, ...)
	if ok then
		error('no error, wanted: ' .. text, 2)
	end
	if not tostring(fault):find(text, 1, true) then
		error('the error is: ' .. tostring(fault) .. ', wanted: ' .. text, 2)
	end
end

-- ok(name): tells the test that the script came here.
function ok(name) log('Ok', name) end
