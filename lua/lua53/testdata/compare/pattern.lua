-- String functions with random patterns and subjects; SEED selects them, N is how many.
local seed=tonumber(os.getenv('SEED') or '1')
local function rnd(n) seed=(seed*16807)%2147483647 return seed%n+1 end
local atoms={'a','b','.','%a','%d','%s','%w','[ab]','[^a]','[a-c]','%.','%%','()','(a)','(.-)','(%w+)','%b()','%f[%w]','%f[%A]','[%w_-]','[]]','%1','%g','%p','%u','x','-','$','^','[%z]','%S'}
local suf={'','','','*','+','-','?'}
local salph={'a','b','c','A','1',' ','.','(',')','%','_','-',']','\0','\200'}
local function hex(s) return (string.format('%s',s)):len() end
local function enc(v) if type(v)=='string' then local t={} for i=1,#v do t[i]=v:byte(i) end return 's'..table.concat(t,'.') end if type(v)=='number' then return 'n'..string.format('%d',v) end return tostring(v) end
local function res(...) local n=select('#',...) local t={n} for i=1,n do t[i+1]=enc((select(i,...))) end return table.concat(t,' ') end
local function run(f,...) local r={pcall(f,...)} if not r[1] then return 'ERR' end return nil end
local N=tonumber(os.getenv('N') or '3000')
for k=1,N do
  local p={} for i=1,rnd(5) do p[#p+1]=atoms[rnd(#atoms)]..suf[rnd(#suf)] end
  p=table.concat(p) if rnd(6)==1 then p='^'..p end if rnd(6)==1 then p=p..'$' end
  local s={} for i=1,rnd(12)-1 do s[i]=salph[rnd(#salph)] end s=table.concat(s)
  local init=rnd(8)-4
  local o={}
  local function try(f,...) local a={...} local n=select('#',...) local u=unpack or table.unpack
    local ok=pcall(function() o[#o+1]=res(f(u(a,1,n))) end) if not ok then o[#o+1]='ERR' end end
  try(string.find,s,p,init) try(string.match,s,p,init) try(string.gsub,s,p,'<%0>') try(string.gsub,s,p,'%1') try(string.gsub,s,p,{a='X',b=1})
  try(string.gsub,s,p,function(x) if x=='a' then return nil end return '['..tostring(x)..']' end,3)
  try(function() local t={} for a,b in s:gmatch(p) do t[#t+1]=enc(a)..'/'..enc(b) if #t>50 then break end end return table.concat(t,',') end)
  print(k,enc(p),enc(s),init,table.concat(o,' | '))
end
