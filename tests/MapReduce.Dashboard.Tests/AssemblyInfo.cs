using Xunit;

// They share one cluster and one browser.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
