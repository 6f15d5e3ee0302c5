namespace MapReduce.Cli;

/// <summary>What bare <c>mr</c> says: five commands to start with.</summary>
internal static class Welcome
{
    public const string Text = """
        mr runs MapReduce jobs written in C#, in one process or on a cluster.

          mr generate text --size 64MiB --output text.txt              make some text
          mr run jobs/WordCount --input text.txt --output words        count its words; with --nodes 3 on three nodes
          mr cat words                                                 see the result in key order
          mr cluster up                                                start a cluster; then mr submit, mr jobs, mr nodes
          mr run JOB --input … --output … -- --help                    see what a job can be told; mr help for all commands

        Exit codes: 0 done · 1 the job failed · 2 command line · 3 input · 4 output · 5 job · 6 cluster · 130 cancelled
        """;
}
