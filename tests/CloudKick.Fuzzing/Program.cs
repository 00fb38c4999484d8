using CloudKick.Fuzzing;

return await FuzzCommand.Create().Parse(args).InvokeAsync();
