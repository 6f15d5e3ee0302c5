using Xunit;

// Each of these tests fills the machine by itself.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
