//! Compiles the shim and the bridge into the plugin.

use std::path::{Path, PathBuf};

fn main() {
    let mut build = cxx_build::bridge("rust/bridge.rs");
    build.files(["cpp/shim.cpp", "cpp/views.cpp"]).include("include").std("c++17");
    // Only where the compiler is one of those that .ci/run tries: another one may know other warnings.
    build.warnings_into_errors(std::env::var_os("AFOP_DENY_WARNINGS").is_some());
    if build.get_compiler().is_like_msvc() {
        // Without /EHsc destructors do not run when an exception passes.
        build.flag("/EHsc").flag("/utf-8");
    } else {
        build.flag("-Wall").flag("-Wextra");
    }
    build.compile("audiofileoutplus-cpp");
    vorbis_floor();
    libflac();
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        // What the library calls of itself is its own, and found without a detour, whatever other plugins export.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-Bsymbolic-functions");
    }

    println!("cargo::rerun-if-env-changed=AFOP_DENY_WARNINGS");
    for path in ["cpp", "include", "rust/bridge.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
}

/// What a crate tells those who depend on it, by its `links` key.
fn folder(variable: &str) -> PathBuf {
    PathBuf::from(std::env::var_os(variable).expect(variable))
}

/// Compiles what changes the encoder of libvorbis, against the headers of the very sources that are linked: a field that
/// is not there any more breaks the build.
fn vorbis_floor() {
    let vorbis = folder("DEP_VORBIS_INCLUDE");
    let private = vorbis.with_file_name("lib");
    let mut build = cc::Build::new();
    // As the crate compiles libvorbis (its build.rs), on which types and sizes in these headers depend.
    build.file("cpp/vorbis_floor.c").define("HAVE_STDINT_H", None);
    for include in [folder("DEP_OGG_INCLUDE"), private, vorbis] {
        if build.get_compiler().is_like_msvc() {
            build.include(include);
        } else {
            // Warnings are for our own code.
            build.flag("-isystem").flag(include);
        }
    }
    build.compile("audiofileoutplus-vorbis");
}

/// The files of libFLAC that an encoder needs, without the ending.
const LIBFLAC: &str = "bitmath bitreader bitwriter cpu crc fixed fixed_intrin_avx2 fixed_intrin_sse2 fixed_intrin_sse42 \
                       fixed_intrin_ssse3 float format lpc lpc_intrin_avx2 lpc_intrin_fma lpc_intrin_neon \
                       lpc_intrin_sse2 lpc_intrin_sse41 md5 memory metadata_object stream_decoder stream_encoder \
                       stream_encoder_framing stream_encoder_intrin_avx2 stream_encoder_intrin_sse2 \
                       stream_encoder_intrin_ssse3 window";

/// Compiles the sources of libFLAC that the crate libflac-sys carries, which without its default features compiles
/// nothing and links what is called FLAC: so a build needs no cmake.
fn libflac() {
    let flac = libflac_folder();
    let mut build = cc::Build::new();
    let sources = flac.join("src/libFLAC");
    build.files(LIBFLAC.split(' ').map(|name| sources.join(name).with_extension("c")));
    for include in ["include", "src/libFLAC/include"] {
        build.include(flac.join(include));
    }
    // What its cmake would find out, for a library without Ogg and threads.
    for (name, value) in [
        ("FLAC__NO_DLL", "1"),
        ("FLAC__HAS_OGG", "0"),
        ("CPU_IS_BIG_ENDIAN", "0"),
        ("ENABLE_64_BIT_WORDS", "1"),
        ("HAVE_LROUND", "1"),
        ("HAVE_STDINT_H", "1"),
        ("HAVE_INTTYPES_H", "1"),
        ("NDEBUG", "1"),
        ("PACKAGE_VERSION", "\"1.5.0\""),
    ] {
        build.define(name, value);
    }
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "windows") {
        // What it would open files with; we give it none.
        build.define("fopen_utf8", "fopen");
    } else {
        // Its stand-in for it is in the way of the declaration of macOS.
        build.define("HAVE_FSEEKO", "1");
    }
    match std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() {
        Ok("x86_64") => {
            build.define("FLAC__CPU_X86_64", None).define("FLAC__HAS_X86INTRIN", "1").define("FLAC__USE_AVX", "1");
            if !build.get_compiler().is_like_msvc() {
                build.define("HAVE_CPUID_H", "1");
            }
        }
        Ok("aarch64") => {
            build.define("FLAC__CPU_ARM64", None).define("FLAC__HAS_NEONINTRIN", "1");
            build.define("FLAC__HAS_A64NEONINTRIN", "1");
        }
        _ => {}
    }
    // Warnings are for our own code. Nor does a debugger look into it: see the profiles in Cargo.toml.
    build.warnings(false).flag("-w").debug(false).opt_level(3);
    build.compile("FLAC");
}

/// Where Cargo keeps the sources of libflac-sys. The crate does not tell; but Cargo unpacks, or vendors, all crates of a
/// registry side by side, and aoTuV tells where it lies.
fn libflac_folder() -> PathBuf {
    let vorbis = folder("DEP_VORBIS_INCLUDE");
    let names = ["libflac-sys-0.3.4", "libflac-sys"];
    let beside = |ancestor: &Path| names.map(|name| ancestor.join(name).join("flac")).into_iter().find(|f| f.is_dir());
    vorbis.ancestors().find_map(beside).expect("libflac-sys lies beside aotuv_lancer_vorbis_sys")
}
