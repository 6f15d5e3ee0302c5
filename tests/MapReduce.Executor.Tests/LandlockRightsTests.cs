using MapReduce.Confinement;
using Xunit;

namespace MapReduce.Executor.Tests;

public sealed class LandlockRightsTests
{
    private const Rights All = Rights.Read | Rights.List | Rights.Write | Rights.Special;
    private const int Newest = 7;

    // As the kernel numbers them.
    private const ulong MakeCharacterDevice = 1 << 6;
    private const ulong MakeBlockDevice = 1 << 11;
    private const ulong ControlDevice = 1 << 15;
    private const ulong MakeLink = 1 << 12;

    [Theory]
    [InlineData(1, 13)]
    [InlineData(2, 14)]
    [InlineData(3, 15)]
    [InlineData(4, 15)]
    [InlineData(5, 16)]
    [InlineData(Newest, 16)]
    public void A_version_is_asked_for_what_it_knows_and_no_more(int version, int rights)
    {
        Assert.Equal((1UL << rights) - 1, LandlockRights.Known(version));
        Assert.Equal(0UL, LandlockRights.Of(All, isFolder: true, version) & ~LandlockRights.Known(version));
    }

    [Fact]
    public void Nobody_makes_or_controls_devices_and_links_are_special()
    {
        Assert.Equal(LandlockRights.Known(Newest) & ~(MakeCharacterDevice | MakeBlockDevice | ControlDevice), LandlockRights.Of(All, isFolder: true, Newest));
        Assert.Equal(0UL, LandlockRights.Of(All & ~Rights.Special, isFolder: true, Newest) & MakeLink);
    }

    [Fact]
    public void A_file_has_no_rights_of_a_folder()
    {
        Assert.Equal(0UL, LandlockRights.Of(Rights.List, isFolder: false, Newest));
        Assert.Equal(0b101UL, LandlockRights.Of(Rights.Read | Rights.List, isFolder: false, Newest));
        Assert.Equal(0b1101UL, LandlockRights.Of(Rights.Read | Rights.List, isFolder: true, Newest));
    }
}
