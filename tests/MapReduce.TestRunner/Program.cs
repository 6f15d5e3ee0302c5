using MapReduce.TestRunner;

var root = new DirectoryInfo(AppContext.BaseDirectory);
while (!File.Exists(Path.Combine(root.FullName, "MapReduce.sln"))) root = root.Parent!;
return await new Run(Path.Combine(root.FullName, "tests"), args).ToTheEndAsync() ? 0 : 1;
