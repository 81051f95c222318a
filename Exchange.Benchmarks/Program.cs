using Exchange.Benchmarks;

return await BenchmarkProgram.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);
