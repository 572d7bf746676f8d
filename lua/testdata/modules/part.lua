part = 'done'
return 'a result'
